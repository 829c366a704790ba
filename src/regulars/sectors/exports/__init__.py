"""Writers of files in the shapes that vendors' own exports have."""
