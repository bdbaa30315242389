"""What the pages of offers say."""
