"""What the console's pages say, made of figures and rows; no request and no query here."""
