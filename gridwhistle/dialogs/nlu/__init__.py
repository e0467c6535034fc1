"""What a message means: engines of understanding that propose and never decide."""
