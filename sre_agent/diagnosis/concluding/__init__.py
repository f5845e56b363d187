"""What the weighed suspects come to: an order, a conclusion, its reasons, or a doubt."""
