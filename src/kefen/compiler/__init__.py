"""A standard to SQL text; opens no connection."""
