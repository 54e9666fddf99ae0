package permission_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buildkey/buildkey/permission"
)

func named(name string, k *kind) *expression {
	copied := *k
	copied.name = name
	return leafOf(&copied)
}

// traces are trees with what is said of them: for a terminal, a log and a program.
var traces = []struct {
	name string
	e    *expression
	obj  any
	text string
	line string
	json string
}{
	{
		"a leaf", named("A", kinds[0]), nil,
		"Grant A <- decided\n",
		"Grant by A: A=Grant",
		`{"permission":"A","verdict":"Grant","rule":"A","decisive":true}`,
	},
	{
		"an Or that stops", tree("or", named("A", kinds[0]), tree("and", named("B", kinds[0]), named("C", kinds[1]))), nil,
		"Grant (A | (B & C))\n  Grant A <- decided\n  Skipped (B & C) [A granted]\n    Skipped B [A granted]\n    Skipped C [A granted]\n",
		"Grant by A: (A=Grant | (B=Skipped & C=Skipped))",
		`{"permission":"(A | (B & C))","operator":"|","verdict":"Grant","rule":"A","decisive":true,"operands":[` +
			`{"permission":"A","verdict":"Grant","rule":"A","decisive":true},` +
			`{"permission":"(B & C)","operator":"&","skipped":"A granted","operands":[` +
			`{"permission":"B","skipped":"A granted"},{"permission":"C","skipped":"A granted"}]}]}`,
	},
	{
		"a stranger", tree("not", tree("or", named("Banned", kinds[1]), tree("not", named("Owner", worded[1])))), &row{},
		"Deny ~(Banned | ~Owner) [negated: not allowed: (Banned | ~Owner) holds]\n" +
			"  Grant (Banned | ~Owner)\n    Deny Banned\n    Grant ~Owner\n      Deny Owner [pdw says no] <- decided\n",
		"Deny by Owner [negated: not allowed: (Banned | ~Owner) holds]: ~(Banned=Deny | ~Owner=Deny)",
		`{"permission":"~(Banned | ~Owner)","operator":"~","verdict":"Deny","rule":"Owner","code":"negated",` +
			`"reason":"not allowed: (Banned | ~Owner) holds","decisive":true,"operands":[` +
			`{"permission":"(Banned | ~Owner)","operator":"|","verdict":"Grant","rule":"Owner","decisive":true,"operands":[` +
			`{"permission":"Banned","verdict":"Deny","rule":"Banned"},` +
			`{"permission":"~Owner","operator":"~","verdict":"Grant","rule":"Owner","decisive":true,"operands":[` +
			`{"permission":"Owner","verdict":"Deny","rule":"Owner","reason":"pdw says no","decisive":true}]}]}]}`,
	},
	{
		"an And that stops late", tree("and", named("Db", kinds[2]), named("Own", kinds[3]), named("No", worded[0]), named("Last", kinds[0])), nil,
		"Deny (Db & Own & No & Last) [no_dw: dw says no]\n  Unknown Db [the rule is sick]\n  Pending Own\n" +
			"  Deny No [no_dw: dw says no] <- decided\n  Skipped Last [No denied]\n",
		"Deny by No [no_dw: dw says no]: (Db=Unknown & Own=Pending & No=Deny & Last=Skipped)",
		`{"permission":"(Db & Own & No & Last)","operator":"&","verdict":"Deny","rule":"No","code":"no_dw","reason":"dw says no","decisive":true,"operands":[` +
			`{"permission":"Db","verdict":"Unknown","rule":"Db","error":"the rule is sick"},` +
			`{"permission":"Own","verdict":"Pending","rule":"Own"},` +
			`{"permission":"No","verdict":"Deny","rule":"No","code":"no_dw","reason":"dw says no","decisive":true},` +
			`{"permission":"Last","skipped":"No denied"}]}`,
	},
}

func TestTraceTexts(t *testing.T) {
	t.Parallel()
	for _, row := range traces {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			trace := permission.Explain(row.e.build(nil), get(), row.obj)
			if diff := cmp.Diff(row.text, trace.String()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.line, trace.LogValue().String()); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
			got, err := json.Marshal(trace)
			if err != nil {
				t.Fatal(err)
			}
			var indented bytes.Buffer
			if err := json.Compact(&indented, unescape(got)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.json, indented.String()); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
		})
	}
}

// unescape undoes what encoding/json does for HTML.
func unescape(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte(`\u0026`), []byte("&"))
}

// TestResponsibleLeaf follows the decisive parts to the leaf that the decision
// names, in every tree.
func TestResponsibleLeaf(t *testing.T) {
	t.Parallel()
	from := seeded(5)
	all := append(append([]*kind{}, kinds...), worded...)
	for range 500 {
		e := randomTree(from, 5, all)
		for _, phase := range phases {
			trace := permission.Explain(e.build(nil), get(), phase.obj)
			leaf := trace
			for len(leaf.Operands) > 0 {
				leaf = decisive(t, leaf)
			}
			if leaf.Permission != trace.Decision.Rule || leaf.Skipped != "" || !leaf.Decisive {
				t.Errorf("%s of %s: %q decided, and the path leads to %q", phase.name, e, trace.Decision.Rule, leaf.Permission)
			}
			if strings.Count(trace.String(), "<- decided") != 1 {
				t.Errorf("more or less than one leaf is marked:\n%s", trace)
			}
		}
	}
}

func decisive(t *testing.T, of permission.Trace) permission.Trace {
	t.Helper()
	var found []permission.Trace
	for _, operand := range of.Operands {
		if operand.Decisive {
			found = append(found, operand)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d operands decided:\n%s", len(found), of)
	}
	return found[0]
}

// TestTraceStaysOnItsLines logs errors whose text would make lines of its own.
func TestTraceStaysOnItsLines(t *testing.T) {
	t.Parallel()
	p := permission.New("Rule", func(*http.Request) error { return errors.New("a\nGrant Rule\r\x1b[2Jb") })
	trace := permission.Explain(p, get(), nil)
	if got := trace.String(); strings.Count(got, "\n") != 1 || strings.ContainsAny(got, "\r\x1b") {
		t.Errorf("%q", got)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("refused", "why", trace)
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "Unknown by Rule") {
		t.Errorf("%q", got)
	}
}

func TestZeroTracePrints(t *testing.T) {
	t.Parallel()
	var zero permission.Trace
	if got := zero.String(); got != "Deny \n" {
		t.Errorf("%q", got)
	}
	if _, err := json.Marshal(zero); err != nil {
		t.Error(err)
	}
}
