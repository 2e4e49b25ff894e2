"""A headless Chromium, driven by WebDriver: JSON over HTTP, by Python's standard library alone."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element in WebDriver's JSON
ENTER, ESCAPE, TAB, SHIFT = "\ue007", "\ue00c", "\ue004", "\ue008"


def is_there():
    return all(shutil.which(name) for name in ("chromium", "chromedriver"))


class Fault(Exception):
    pass


def start_driver():
    """A chromedriver that listens, and its port.

    It lets the system choose a port for ::1 and then takes the same one for 127.0.0.1, where another program may have it;
    then it ends, and is started anew.
    """
    for _ in range(20):
        driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        said = []
        for line in driver.stdout:
            said.append(line)
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return driver, int(found[1])
        driver.wait()
        driver.stdout.close()
        if not any("port not available" in line for line in said):
            break
    raise Fault("chromedriver did not start: " + "".join(said))


class Browser:
    def __init__(self, folder, width=1280, height=860, dark=False, scale=1):
        self.driver, port = start_driver()
        self.address = f"http://127.0.0.1:{port}"
        self.session = None
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                            f"--window-size={width},{height}", f"--user-data-dir={folder}",
                            f"--force-device-scale-factor={scale}",
                            f"--blink-settings=preferredColorScheme={0 if dark else 1}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        try:
            made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        except Fault:
            self.close()
            raise
        self.session = made["sessionId"]
        self.ask("POST", "/url", {"url": "about:blank"})
        self.requests()  # of the browser's own first page

    def ask(self, method, path, body=None):
        base = self.address + (f"/session/{self.session}" if self.session else "")
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + path, content, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Fault(json.load(error)["value"]["message"]) from None

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()

    def open(self, path):
        self.ask("POST", "/url", {"url": path.resolve().as_uri()})

    def run(self, script, *arguments):
        """What a function of that body returns; `arguments` are its own."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def text(self, selector):
        return self.ask("GET", f"/element/{self.find(selector)}/text")

    def click(self, selector):
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def press(self, *keys):
        """Presses keys one after the other; of several in a text the first ones are held."""
        actions = [{"type": kind, "value": key} for text in keys for kind, order in
                   (("keyDown", text), ("keyUp", text[::-1])) for key in order]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def point(self, x, y, click=False):
        actions = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        if click:
            actions += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse",
                                                   "actions": actions}]})

    def picture(self):
        return self.ask("GET", "/screenshot")

    def requests(self):
        """The addresses that the page has asked for since the last call."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.ask("POST", "/se/log", {"type": "performance"})]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """What the browser has to say of the page: errors of the script, of its policy."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]
