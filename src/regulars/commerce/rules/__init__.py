"""What orders and credits must look like, and what a change of them means; no database, no clock."""
