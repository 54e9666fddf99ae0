package apikey_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

func TestParseTargetRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"empty":                "",
		"blank":                "  ",
		"no colon":             "build",
		"space before colon":   "build :42",
		"space after colon":    "build: 42",
		"digit first":          "1build:42",
		"hyphen in the type":   "build-x:42",
		"KELVIN SIGN":          "\u212aey:42",
		"star in the type":     "bu*:42",
		"two colons":           "build:4:2",
		"tab in the id":        "build:4\t2",
		"newline in the id":    "build:4\n2",
		"DEL in the id":        "build:4\x7f",
		"non-ASCII id":         "build:é",
		"NUL":                  "build:\x00",
		"an id of 129":         "build:" + strings.Repeat("x", 129),
		"no-break space after": "build:42\u00a0",
	} {
		if got, err := apikey.ParseTarget(in); err == nil {
			t.Errorf("%s: %q gave %v", name, in, got)
		} else if !strings.HasPrefix(err.Error(), "apikey: ") {
			t.Errorf("%s: error %q", name, err)
		}
	}
}

func TestTargetJSONRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"number":          `42`,
		"null":            `null`,
		"list":            `["build:1"]`,
		"no id":           `{"type":"build"}`,
		"no type":         `{"id":"1"}`,
		"another member":  `{"type":"build","id":"1","x":"y"}`,
		"capital members": `{"Type":"build","ID":"1"}`,
		"id is a number":  `{"type":"build","id":1}`,
		"colon in id":     `{"type":"build","id":"1:2"}`,
		"inner space":     `{"type":"build","id":"1 2"}`,
	} {
		var target apikey.Target
		if err := json.Unmarshal([]byte(in), &target); err == nil {
			t.Errorf("%s: %s gave %v", name, in, target)
		}
	}
}

func TestTargetJSONRoundTrip(t *testing.T) {
	in := `["BUILD:1",{"type":" Version ","id":" 2 "}]`
	var targets []apikey.Target
	if err := json.Unmarshal([]byte(in), &targets); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(targets)
	if err != nil || string(out) != `["build:1","version:2"]` {
		t.Errorf("got %s, %v", out, err)
	}
	if _, err := json.Marshal(apikey.Target{Type: "build"}); err == nil {
		t.Error("a target without an id was written")
	}
}

func TestAllowListReadsHandWrittenTargets(t *testing.T) {
	const lower = "0b8e7c52-3f41-4d6a-9c1e-5a7b2d90abcd"
	l := apikey.AllowList{{Type: "KEY", ID: strings.ToUpper(lower)}, {Type: "broken", ID: ""}}
	if !l.Allows(apikey.Target{Type: "key", ID: lower}) {
		t.Error("another spelling of a UUID did not match")
	}
	for _, bad := range []apikey.Target{{}, {Type: "broken"}, {ID: "1"}, {Type: "a b", ID: "1"}} {
		if l.Allows(bad) || (apikey.AllowList{{Type: "*", ID: "*"}}).Allows(bad) {
			t.Errorf("%#v is not valid and was allowed", bad)
		}
	}
	if _, err := l.Union(nil); err == nil {
		t.Error("a union kept an entry that is not valid")
	}
}
