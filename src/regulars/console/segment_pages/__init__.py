"""What the pages of segments show, made ready for their templates."""
