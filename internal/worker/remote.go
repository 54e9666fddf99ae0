package worker

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// transports are the only ways to a repository. Git's helpers, ext:: among them,
// would run what the text says.
var transports = []string{"file", "git", "http", "https", "ssh"}

var (
	helperShape = regexp.MustCompile(`^[A-Za-z0-9+.-]*::`)
	scpShape    = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^-@][^@]*$`)
)

// remote is where a project's code comes from. Its location holds no password,
// so that it can be an argument, a configuration value and a log line.
type remote struct {
	location string
	header   string // of HTTP, made of the user and password that the URL held; "" without
}

// parseRemote reads a project's repo: a URL, host:path for ssh, or a local path.
// Errors do not repeat it, since it may hold a password.
func parseRemote(repo string) (remote, error) {
	switch {
	case repo == "":
		return remote{}, errors.New("the project has no repo: set it to a URL or a path")
	case strings.HasPrefix(repo, "-"), strings.ContainsFunc(repo, unicode.IsControl):
		return remote{}, errors.New("the project's repo starts with a dash or holds a control character: set it to a URL or a path")
	case helperShape.MatchString(repo):
		return remote{}, fmt.Errorf("the project's repo names a remote helper: only %s are used", strings.Join(transports, ", "))
	case strings.Contains(repo, "://"):
		return parseURL(repo)
	}
	return parsePath(repo)
}

func parsePath(repo string) (remote, error) {
	before, _, _ := strings.Cut(repo, "/")
	if !strings.Contains(before, ":") {
		path, err := filepath.Abs(repo)
		return remote{location: path}, err
	}
	if !scpShape.MatchString(repo) {
		return remote{}, errors.New("the project's repo cannot be read: set it to a URL, to user@host:path or to a path")
	}
	return remote{location: repo}, nil
}

func parseURL(repo string) (remote, error) {
	u, err := url.Parse(repo)
	switch {
	case err != nil:
		return remote{}, errors.New("the project's repo is no URL that can be read: set it to one such as https://example.org/team/project.git")
	case !slices.Contains(transports, u.Scheme):
		return remote{}, fmt.Errorf("the project's repo uses %s: only %s are used", cleanLine(u.Scheme), strings.Join(transports, ", "))
	case u.RawQuery != "" || u.Fragment != "":
		return remote{}, errors.New("the project's repo has a query or a fragment: a repository's URL has none")
	case strings.HasPrefix(u.Host, "-") || (u.Host == "" && u.Scheme != "file"):
		return remote{}, errors.New("the project's repo names no host: set it to a URL such as https://example.org/team/project.git")
	}
	return withoutPassword(u), nil
}

// withoutPassword moves an HTTP user and password into a header, keeps the user
// of ssh and drops what no other transport can use.
func withoutPassword(u *url.URL) remote {
	user := u.User
	u.User = nil
	var r remote
	switch {
	case user != nil && strings.HasPrefix(u.Scheme, "http"):
		password, _ := user.Password()
		r.header = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
	case user != nil && u.Scheme == "ssh" && !strings.HasPrefix(user.Username(), "-"):
		u.User = url.User(user.Username())
	}
	r.location = u.String()
	return r
}
