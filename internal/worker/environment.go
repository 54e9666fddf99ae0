package worker

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// networkNames are what reaching a server or a repository may need.
var networkNames = []string{
	"http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK",
}

// commandNames are the variables of the worker that a command gets.
var commandNames = []string{
	"PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_COLLATE", "LC_NUMERIC", "LC_TIME", "TZ",
	"http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

const defaultPath = "/usr/local/bin:/usr/bin:/bin"

var (
	nameShape       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	credentialShape = regexp.MustCompile(`KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|HANDLE|AUTH|COOKIE`)
	userInValue     = regexp.MustCompile(`://[^/\s]*@|^[^/\s@]*:[^/\s]*@`)
)

func validName(name string) bool { return nameShape.MatchString(name) }

// credentialName tells whether a variable is likely to hold a credential. It
// would rather be wrong about KEYBOARD than about API_KEY.
func credentialName(name string) bool {
	return credentialShape.MatchString(strings.TrimPrefix(strings.ToUpper(name), "BUILDKEY_"))
}

// credentialValue tells whether a value is a URL or a host with a user in it.
func credentialValue(value string) bool { return userInValue.MatchString(value) }

// environment is NAME to value.
type environment map[string]string

// pick takes names out of environ.
func pick(environ []string, names []string) environment {
	env := environment{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if slices.Contains(names, name) {
			env[name] = value
		}
	}
	return env
}

// list is the environment as os/exec takes it, sorted.
func (e environment) list() []string {
	entries := make([]string, 0, len(e))
	for _, name := range slices.Sorted(maps.Keys(e)) {
		entries = append(entries, name+"="+e[name])
	}
	return entries
}

// commandEnvironment is all a command of this build gets: the worker's harmless
// variables, then the project's own as received, then what the worker says about
// the build. The project's may not carry names the worker keeps for itself.
func (s *session) commandEnvironment() environment {
	env := environment{"PATH": defaultPath}
	maps.Copy(env, pick(s.cfg.Environ, slices.Concat(commandNames, s.cfg.PassEnv)))
	maps.DeleteFunc(env, func(_, value string) bool { return credentialValue(value) })
	maps.Copy(env, s.place.environment())
	maps.Copy(env, s.projectVariables())
	maps.Copy(env, s.buildInfo())
	return env
}

func (s *session) projectVariables() environment {
	env := environment{}
	for name, variable := range s.project.Variables {
		if !validName(name) || strings.HasPrefix(name, "BUILDKEY_") || strings.ContainsRune(variable.Value, 0) {
			s.cfg.Logger.Warn("a variable of the project cannot be set for its commands", "name", cleanLine(name))
			continue
		}
		env[name] = variable.Value
	}
	return env
}

func (s *session) buildInfo() environment {
	return environment{
		"CI":                    "true",
		"BUILDKEY":              "true",
		"BUILDKEY_BUILD":        fmt.Sprint(s.build.ID),
		"BUILDKEY_COMMIT":       s.result.Commit,
		"BUILDKEY_OUTPUT":       s.place.output,
		"BUILDKEY_PROJECT":      s.project.Slug,
		"BUILDKEY_VERSION":      s.version.Slug,
		"BUILDKEY_VERSION_TYPE": s.version.Type,
	}
}
