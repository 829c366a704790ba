"""What third parties know of places and days, beside what people told: never about a person, always
with its origin, its purpose and its lawful basis, and nowhere copied onto anybody."""
