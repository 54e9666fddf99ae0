package worker

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseRemote(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, repo, location, user string }{
		{"https", "https://example.org/a/b.git", "https://example.org/a/b.git", ""},
		{"http with a port", "http://example.org:8080/a", "http://example.org:8080/a", ""},
		{"git", "git://example.org/a", "git://example.org/a", ""},
		{"ssh", "ssh://git@example.org:2222/a", "ssh://git@example.org:2222/a", ""},
		{"ssh short", "git@example.org:team/a.git", "git@example.org:team/a.git", ""},
		{"ssh short without a user", "example.org:a", "example.org:a", ""},
		{"file", "file:///srv/a.git", "file:///srv/a.git", ""},
		{"absolute path", "/srv/a.git", "/srv/a.git", ""},
		{"relative path", "../a", filepath.Join(filepath.Dir(here), "a"), ""},
		{"path with a colon", "/srv/a:b", "/srv/a:b", ""},
		{"user and password", "https://u:hunter2@example.org/a", "https://example.org/a", "u:hunter2"},
		{"token as user", "https://hunter2@example.org/a", "https://example.org/a", "hunter2:"},
		{"password that is encoded", "https://u:h%40x@example.org/a", "https://example.org/a", "u:h@x"},
		{"upper case scheme", "HTTPS://u:hunter2@example.org/a", "https://example.org/a", "u:hunter2"},
		{"password of ssh", "ssh://git:hunter2@example.org/a", "ssh://git@example.org/a", ""},
		{"password of git", "git://u:hunter2@example.org/a", "git://example.org/a", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRemote(test.repo)
			header := ""
			if test.user != "" {
				header = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(test.user))
			}
			if err != nil || got.location != test.location || got.header != header {
				t.Errorf("parseRemote(%q) = %+v, %v", test.repo, got, err)
			}
		})
	}
}

func TestParseRemoteRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, repo, mentions string }{
		{"nothing", "", "has no repo"},
		{"an option", "--upload-pack=hunter2", "dash"},
		{"a newline", "https://example.org/a\nhunter2", "control character"},
		{"ext", "ext::sh -c hunter2", "remote helper"},
		{"fd", "fd::17/hunter2", "remote helper"},
		{"an unknown helper", "hunter2::https://example.org/a", "remote helper"},
		{"helper without a name", "::hunter2", "remote helper"},
		{"ftp", "ftp://u:hunter2@example.org/a", "uses ftp"},
		{"ssh by another name", "git+ssh://u:hunter2@example.org/a", "uses git+ssh"},
		{"no host", "https:///hunter2", "names no host"},
		{"host that is an option", "ssh://-oProxyCommand=hunter2/a", "dash|names no host|no URL"},
		{"user that is an option, short", "-oProxyCommand=hunter2@example.org:a", "dash"},
		{"host that is an option, short", "git@-oProxyCommand=hunter2:a", "cannot be read"},
		{"path that is an option, short", "git@example.org:-hunter2", "cannot be read"},
		{"password in the short form", "u:hunter2@example.org:a", "cannot be read"},
		{"URL that is none", "https://u:hunter2@exa mple.org/%zz", "no URL that can be read"},
		{"query", "https://example.org/a?token=hunter2", "query"},
		{"fragment", "https://example.org/a#hunter2", "fragment"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRemote(test.repo)
			if err == nil {
				t.Fatalf("parseRemote(%q) = %+v, want an error", test.repo, got)
			}
			if strings.Contains(err.Error(), "hunter2") || !mentionsAny(err.Error(), test.mentions) {
				t.Errorf("error %q, want one that mentions %q and not what was given", err, test.mentions)
			}
		})
	}
}

func mentionsAny(text, choices string) bool {
	for choice := range strings.SplitSeq(choices, "|") {
		if strings.Contains(text, choice) {
			return true
		}
	}
	return false
}
