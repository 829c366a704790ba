"""Pure functions on arrays: no input, no output, no Django. Import the module you need."""
