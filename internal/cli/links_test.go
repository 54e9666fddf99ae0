package cli

import (
	"net/http"
	"strings"
	"testing"
)

func TestLinksOpenAndCloseAProjectAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, url string) {
		r := serveOn(t, url)
		status, _ := r.ask(t, http.MethodPost, "/api/v2/project/", "Bearer "+adminToken, `{"slug": "other", "privacy_level": "private"}`)
		if status != http.StatusCreated {
			t.Fatalf("the second project: %d", status)
		}
		key, _ := newKeyOf(t, r)
		reaches := func(want int) {
			t.Helper()
			eventually(t, "the link counts", func() bool {
				return r.status(t, http.MethodGet, "/api/v2/project/2/", "Token "+key, "") == want
			})
		}
		reaches(http.StatusNotFound)
		link := []string{"--project", "2", "--direction", "inbound", "--other", "1", "--database-url", url}
		add := append([]string{"links", "add", "--scope", "project:read"}, link...)
		must(t, add...)
		reaches(http.StatusOK)
		call(t, t.Context(), nil, "", add...).checkRefusal(t, 1, "the link exists already")
		checkLinkList(t, url)
		must(t, append([]string{"links", "remove"}, link...)...)
		reaches(http.StatusNotFound)
	})
}

func checkLinkList(t *testing.T, url string) {
	t.Helper()
	list := must(t, "links", "list", "--project", "2", "--database-url", url).stdout
	for _, want := range []string{"inbound    1        project:read", "outbound   (all)"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %q in\n%s", want, list)
		}
	}
	asJSON := must(t, "links", "list", "--project", "2", "--json", "--database-url", url).stdout
	if !strings.Contains(asJSON, `"mode": "open"`) || !strings.Contains(asJSON, `"project": 1`) {
		t.Errorf("links list --json: %s", asJSON)
	}
	if none := must(t, "links", "list", "--project", "1", "--database-url", url).stdout; !strings.Contains(none, "inbound    (none)") {
		t.Errorf("an empty list:\n%s", none)
	}
}
