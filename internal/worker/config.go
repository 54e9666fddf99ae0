package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// Defaults of a [Config].
const (
	DefaultCommandTimeout = 30 * time.Minute
	DefaultGrace          = 10 * time.Second
)

// Config is what one run needs. Server, Build and Credential are required, the
// zero value of every other field is a default.
type Config struct {
	Server     string     // the build server's base URL: http or https, without user, query and fragment
	Build      string     // the id of the build to run: a positive integer
	Credential Credential // the key, or the handle that is opened for one

	Name           string        // the builder's name on the build; "": the host name
	TempDir        string        // where the checkout goes; "": os.TempDir()
	CommandTimeout time.Duration // the longest any one command may run; 0: DefaultCommandTimeout
	Grace          time.Duration // the longest the last calls of an interrupted build may take; 0: DefaultGrace
	PassEnv        []string      // names of more variables of Environ that commands get; none like a credential's
	Environ        []string      // the worker's environment as NAME=value; nil: os.Environ()

	HTTPClient *http.Client                                     // nil: a client of its own; redirects are never followed
	Now        func() time.Time                                 // nil: time.Now
	Sleep      func(ctx context.Context, d time.Duration) error // waits for d or for ctx, and returns ctx's error then; nil: a timer
	Logger     *slog.Logger                                     // nil: slog.Default()
	Progress   io.Writer                                        // lines for a person; nil: none
}

// ready returns the Config with its defaults filled in, or what is wrong with it.
func (c Config) ready() (Config, error) {
	if err := errors.Join(c.checkServer(), c.checkBuild(), c.checkLimits(), c.checkPassEnv()); err != nil {
		return c, err
	}
	if c.Credential.IsZero() {
		return c, ErrNoCredential
	}
	c.fillPlace()
	c.fillTools()
	return c, nil
}

func (c Config) checkServer() error {
	u, err := url.Parse(c.Server)
	switch {
	case err != nil:
		return errors.New("worker: the server's URL cannot be read: give one such as https://builds.example.org")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("worker: the server's URL holds a user, a query or a fragment: the credential is given apart, the rest is not used")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("worker: server %q is no http or https URL: give one such as https://builds.example.org", c.Server)
	}
	return nil
}

func (c Config) checkBuild() error {
	id, err := strconv.ParseInt(c.Build, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != c.Build {
		return fmt.Errorf("worker: build %q is no build id: give a positive integer", c.Build)
	}
	return nil
}

func (c Config) checkLimits() error {
	if c.CommandTimeout < 0 || c.Grace < 0 {
		return fmt.Errorf("worker: command timeout %s and grace %s must not be negative", c.CommandTimeout, c.Grace)
	}
	return nil
}

func (c Config) checkPassEnv() error {
	for _, name := range c.PassEnv {
		if !validName(name) || credentialName(name) {
			return fmt.Errorf("worker: variable %q is not passed to commands: its name is no variable's, or that of a credential", name)
		}
	}
	return nil
}

func (c *Config) fillPlace() {
	if c.Name == "" {
		c.Name = hostName()
	}
	if c.TempDir == "" {
		c.TempDir = os.TempDir()
	}
	if c.CommandTimeout == 0 {
		c.CommandTimeout = DefaultCommandTimeout
	}
	if c.Grace == 0 {
		c.Grace = DefaultGrace
	}
	if c.Environ == nil {
		c.Environ = os.Environ()
	}
}

func (c *Config) fillTools() {
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Progress == nil {
		c.Progress = io.Discard
	}
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "worker"
	}
	return name
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// exposed tells whether the key would cross a network in the clear.
func (c Config) exposed() bool {
	u, err := url.Parse(c.Server)
	if err != nil || u.Scheme == "https" || u.Hostname() == "localhost" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil || !ip.IsLoopback()
}
