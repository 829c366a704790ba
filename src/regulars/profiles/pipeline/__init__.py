"""Leads: who might buy, where each stands, who looks after it, and the forms that bring them."""
