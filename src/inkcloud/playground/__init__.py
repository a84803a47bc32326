"""The playground: a Streamlit page that compares schedulers and parameters side by side."""
