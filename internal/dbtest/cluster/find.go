package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNotFound is matched by the error of [Find] when no place holds the server
// programs. The error's text names the places and says how to get the programs.
var ErrNotFound = errors.New("cluster: no PostgreSQL server programs (initdb and postgres)")

// Places is where [Find] looks, in this order. The zero value is no place at all;
// [Usual] is what a caller normally wants.
type Places struct {
	// Path is a list of folders as in $PATH. A folder counts when it holds both
	// programs: many systems link only the client programs there.
	Path string
	// Globs are patterns of folders. Among the folders of all patterns the one
	// with the highest version in its name is taken.
	Globs []string
}

// Usual returns the places of Debian, Fedora, Alpine and Homebrew, after $PATH
// and the folder that pg_config names. Homebrew's are those of macOS, and
// $HOMEBREW_PREFIX, which its set-up of the shell exports.
func Usual() Places {
	globs := []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
	}
	if homebrew := os.Getenv("HOMEBREW_PREFIX"); homebrew != "" {
		globs = append(globs, filepath.Join(homebrew, "opt/postgresql*/bin"))
	}
	return Places{Path: os.Getenv("PATH") + string(os.PathListSeparator) + configured(), Globs: globs}
}

// Find returns the first folder that holds initdb and postgres, or an error that
// matches [ErrNotFound].
func Find(p Places) (string, error) {
	for _, dir := range slices.Concat(filepath.SplitList(p.Path), newestFirst(p.Globs)) {
		if filepath.IsAbs(dir) && runnable(dir, "initdb") && runnable(dir, "postgres") {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w in PATH or in %s; install them (%s) or set BUILDKEY_TEST_DATABASE_URL to the URL of a running server",
		ErrNotFound, strings.Join(p.Globs, ", "), howToInstall)
}

// configured is the folder that pg_config says the programs are in, "" without
// pg_config. It may lack them: client development packages bring pg_config alone.
func configured() string {
	out, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func newestFirst(globs []string) []string {
	var dirs []string
	for _, glob := range globs {
		found, _ := filepath.Glob(glob) // a malformed pattern finds nothing
		dirs = append(dirs, found...)
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return dirs
}

var number = regexp.MustCompile(`\d+(\.\d+)?`)

// version is the last number in a folder's name: 15 in /usr/lib/postgresql/15/bin.
func version(dir string) float64 {
	all := number.FindAllString(dir, -1)
	if len(all) == 0 {
		return 0
	}
	v, _ := strconv.ParseFloat(all[len(all)-1], 64)
	return v
}

func runnable(dir, program string) bool {
	info, err := os.Stat(filepath.Join(dir, program))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
