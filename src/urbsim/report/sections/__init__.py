"""What each section of a report says: data in, plain words and tables out; one module per subject."""
