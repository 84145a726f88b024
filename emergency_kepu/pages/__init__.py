"""The page that every campaign has for the public: its name, what it says."""
