"""The runbooks server: what people wrote down about failures, found by alert, service and words."""
