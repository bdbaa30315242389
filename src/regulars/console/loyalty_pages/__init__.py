"""What the pages of loyalty say, as ready words: how it stands, its rules, what is owed, the books, tills."""
