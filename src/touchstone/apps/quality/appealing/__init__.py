"""What becomes of gold after it was answered: it is shown, objected to, and decided on."""
