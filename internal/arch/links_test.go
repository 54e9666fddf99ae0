package arch

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	noSlug  = regexp.MustCompile("[^a-z0-9 _-]")
)

// TestMarkdownLinks follows every relative link and fragment. Links to other
// hosts are read, not followed.
func TestMarkdownLinks(t *testing.T) {
	seen := 0
	walk(t, ".md", func(path string) {
		text := read(t, path)
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			seen++
			checkLink(t, path, m[1])
		}
	})
	if seen == 0 {
		t.Error("no links found: the test looks in the wrong place")
	}
}

func checkLink(t *testing.T, from, to string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Errorf("%s: link %q: %v", from, to, err)
		return
	}
	if u.Scheme != "" {
		if u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: link %q is not https", from, to)
		}
		return
	}
	target := from
	if u.Path != "" {
		target = filepath.Join(filepath.Dir(from), u.Path)
	}
	if _, err := os.Stat(filepath.Join(root, target)); err != nil {
		t.Errorf("%s: link %q leads nowhere", from, to)
		return
	}
	if u.Fragment != "" && !slugs(read(t, target))[u.Fragment] {
		t.Errorf("%s: link %q: no such heading", from, to)
	}
}

func slugs(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(m[1])), "")
		out[strings.ReplaceAll(slug, " ", "-")] = true
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
