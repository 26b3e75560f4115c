"""Words of the trade: closed sets and frozen shapes that cross folders. Standard library only, no rows and no verbs."""
