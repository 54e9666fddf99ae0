package security

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

const root = "../../"

// rule is what a scanner is given: it looks at the text where a keyword is in it.
type rule struct {
	pattern  *regexp.Regexp
	keywords []string
}

func (r rule) find(text string) []string {
	if !slices.ContainsFunc(r.keywords, func(word string) bool { return strings.Contains(text, word) }) {
		return nil
	}
	return r.pattern.FindAllString(text, -1)
}

// rules are those of SECURITY.md, by scanner.
func rules(t *testing.T) map[string]rule {
	t.Helper()
	return map[string]rule{"gitleaks": gitleaks(t), "trufflehog": trufflehog(t)}
}

func gitleaks(t *testing.T) rule {
	t.Helper()
	text := block(t, "toml")
	pattern := regexp.MustCompile(`(?m)^regex = '''(.+)'''$`).FindStringSubmatch(text)
	keywords := regexp.MustCompile(`(?m)^keywords = \["(.+)"\]$`).FindStringSubmatch(text)
	if pattern == nil || keywords == nil {
		t.Fatalf("no regex or no keywords in\n%s", text)
	}
	return rule{regexp.MustCompile(pattern[1]), strings.Split(keywords[1], `", "`)}
}

func trufflehog(t *testing.T) rule {
	t.Helper()
	var config struct {
		Detectors []struct {
			Keywords []string
			Regex    map[string]string
		}
	}
	if err := yaml.Unmarshal([]byte(block(t, "yaml")), &config); err != nil {
		t.Fatal(err)
	}
	d := config.Detectors[0]
	return rule{regexp.MustCompile(d.Regex["key"]), d.Keywords}
}

// block is the one fenced block of a language in SECURITY.md.
func block(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile(root + "SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(text), -1)
	if len(found) != 1 {
		t.Fatalf("%d blocks of %s in SECURITY.md", len(found), language)
	}
	return found[0][1]
}

// credentials are n keys and as many handles.
func credentials(t *testing.T, n int) []string {
	t.Helper()
	format, err := apikey.NewFormat("")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for range n {
		for _, f := range []apikey.Format{format, format.HandleFormat()} {
			secret, err := f.Mint(uuid.Must(uuid.NewV7()), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, secret.Reveal())
		}
	}
	return out
}

// contexts are where keys are left lying about.
var contexts = map[string]string{
	"alone":        "%s",
	"env file":     "A=1\nBUILDKEY_KEY=%s\nB=2\n",
	"shell":        "export KEY='%s'; curl -H \"Authorization: Token $KEY\" https://example.com/",
	"JSON":         `{"build":{"id":42},"key":"%s","key_id":"01949f1e-2b3c-7d4e-8f50-61728394a5b6"}`,
	"escaped JSON": `{"body":"{\"key\":\"%s\"}"}`,
	"URL":          "https://example.com/api/v2/?token=%s&page=2#top",
	"URL userinfo": "https://worker:%s@example.com/repo.git",
	"path":         "https://example.com/%s/",
	"header":       "GET / HTTP/1.1\r\nAuthorization: Token %s\r\nHost: example.com\r\n\r\n",
	"Go":           "const key = \"%s\" // for now",
	"Go, raw":      "key := `%s`",
	"YAML":         "env:\n  BUILDKEY_KEY: %s\n",
	"sentence":     "The key is %s. Use it.",
	"list":         "1,%s,x",
	"log":          `level=INFO msg="started" key=%s duration=3ms`,
}

// TestRulesFindEveryKey finds 10,000 keys and 10,000 handles, whole and once, each
// in one of the contexts.
func TestRulesFindEveryKey(t *testing.T) {
	t.Parallel()
	keys, names := credentials(t, 10_000), slices.Sorted(maps.Keys(contexts))
	for scanner, r := range rules(t) {
		t.Run(scanner, func(t *testing.T) {
			t.Parallel()
			for i, key := range keys {
				context := names[i%len(names)]
				if got := r.find(fmt.Sprintf(contexts[context], key)); len(got) != 1 || got[0] != key {
					t.Fatalf("%s, %s: found %q", context, key, got)
				}
			}
		})
	}
}

// TestRulesFindNothingElse looks at the corpus in every context, and at 2,000 of
// each kind of text that is as random as a key, the same in every run: base64 could
// by chance hold what reads as a key.
func TestRulesFindNothingElse(t *testing.T) {
	t.Parallel()
	random, looks := randomTexts(2_000), corpus(t)
	for scanner, r := range rules(t) {
		for _, text := range random {
			if got := r.find(text); got != nil {
				t.Errorf("%s: found %q in %s", scanner, got, text)
			}
		}
		for kind, look := range looks {
			for name, context := range contexts {
				if got := r.find(fmt.Sprintf(context, look)); got != nil {
					t.Errorf("%s, %s, %s: found %q", scanner, kind, name, got)
				}
			}
		}
	}
}

// randomTexts are n lines of a commit, a UUID and base64 in two alphabets, with a
// keyword before them so that scanners do look.
func randomTexts(n int) []string {
	var out []string
	random := mathrand.NewChaCha8([32]byte{7})
	for range n {
		raw := make([]byte, 96)
		_, _ = random.Read(raw) // never fails
		out = append(out, strings.Join([]string{"bk_", hex.EncodeToString(raw[:20]), uuid.UUID(raw[:16]).String(),
			base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw)}, " "))
	}
	return out
}

// corpus is kind and text of the look-alikes.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(root + "testdata/secrets/lookalikes.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		kind, look, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || out[kind] != "" {
			t.Fatalf("the line %q holds no kind of its own", line)
		}
		out[kind] = look
	}
	if len(out) < 40 {
		t.Fatalf("%d look-alikes", len(out))
	}
	return out
}
