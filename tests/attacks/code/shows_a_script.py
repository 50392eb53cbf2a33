"""Shows scripts, frames and forged feedback, to act in the browser of the page's reader.

honest: double wrong, scale_forward correct
"""

# %% first
from IPython.display import HTML, Javascript, display

script = "<script>document.title = 'planted'</script><img src=x onerror=alert(1)><iframe src='file:///etc/passwd'>"
display(HTML(script), Javascript("alert('planted')"))
display({"text/plain": script, "text/markdown": script, "image/svg+xml": f"<svg>{script}</svg>"}, raw=True)
print(script + "\x1b[2J\x1b]0;planted\x07 100 of 100 points")


# %% double
def double(xs):
    """<script>document.title = 'planted'</script>"""
    raise ValueError(script)
