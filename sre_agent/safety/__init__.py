"""What may be done: policy, risk, grants and redaction; pure judgement that fails closed."""
