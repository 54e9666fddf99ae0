package worker

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// gitNames are the variables of the worker that git gets: unlike a command it
// uses the worker's own home, with the operator's ssh keys and git settings.
var gitNames = []string{
	"PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR",
	"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_SSL_CAINFO", "GIT_EXEC_PATH",
}

// git is the git program, held to one remote.
type git struct {
	env   []string
	limit time.Duration
}

// newGit prepares git so that it asks nobody, runs no hook and no credential
// helper, and uses no transport but ours. Settings go through the environment,
// which git keeps from the checkout's own configuration and from ps.
func newGit(cfg Config, from remote) git {
	env := environment{"PATH": defaultPath}
	maps.Copy(env, pick(cfg.Environ, slices.Concat(gitNames, networkNames)))
	maps.Copy(env, environment{
		"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "",
		"GIT_SSH_COMMAND": "ssh -o BatchMode=yes", "GIT_ALLOW_PROTOCOL": strings.Join(transports, ":"),
	})
	maps.Copy(env, gitSettings(from))
	return git{env: env.list(), limit: cfg.CommandTimeout}
}

// gitSettings are configuration values, as git takes them from the environment.
func gitSettings(from remote) environment {
	settings := [][2]string{
		{"credential.helper", ""}, {"core.askPass", ""}, {"core.hooksPath", "/dev/null"},
		{"core.fsmonitor", "false"}, {"gc.auto", "0"}, {"advice.detachedHead", "false"},
	}
	if from.header != "" {
		settings = append(settings,
			[2]string{"http." + from.location + ".extraHeader", from.header}, [2]string{"http.followRedirects", "false"})
	}
	env := environment{"GIT_CONFIG_COUNT": fmt.Sprint(len(settings))}
	for i, setting := range settings {
		env[fmt.Sprintf("GIT_CONFIG_KEY_%d", i)] = setting[0]
		env[fmt.Sprintf("GIT_CONFIG_VALUE_%d", i)] = setting[1]
	}
	return env
}

// in runs git in dir and returns what it printed. A git that fails is an error
// with the end of what it said; one that was stopped is the reason for that.
func (g git) in(ctx context.Context, dir string, args ...string) (string, error) {
	ran, err := process{argv: append([]string{"git"}, args...), dir: dir, env: g.env, limit: g.limit}.run(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w (is git installed?)", err)
	case ran.cut == errTimeLimit:
		return "", fmt.Errorf("git %s: stopped after %s", args[0], g.limit)
	case ran.cut != nil:
		return "", ran.cut
	case ran.code != 0:
		return "", fmt.Errorf("git %s: exit code %d: %s", args[0], ran.code, cleanLine(lastLines(ran.output, 4)))
	}
	return strings.TrimSpace(ran.output), nil
}

// lastLines is the end of text, without the blank lines after it.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\r\n\t "), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
