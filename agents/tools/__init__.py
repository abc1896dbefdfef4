"""What specialists may use. `process` alone runs commands; `policy` alone says what is allowed."""
