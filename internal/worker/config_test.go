package worker

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		change   func(*Config)
		mentions string
	}{
		{"no server", func(c *Config) { c.Server = "" }, "no http or https URL"},
		{"another scheme", func(c *Config) { c.Server = "ftp://h" }, `server "ftp://h"`},
		{"no host", func(c *Config) { c.Server = "http://" }, "no http or https URL"},
		{"a password in the server", func(c *Config) { c.Server = "http://u:hunter2@h" }, "the credential is given apart"},
		{"a query in the server", func(c *Config) { c.Server = "http://h/?key=hunter2" }, "a query"},
		{"a server that cannot be read", func(c *Config) { c.Server = "http://u:hunter2@h:x" }, "cannot be read"},
		{"no build", func(c *Config) { c.Build = "" }, "no build id"},
		{"build zero", func(c *Config) { c.Build = "0" }, "no build id"},
		{"a signed build", func(c *Config) { c.Build = "+7" }, "no build id"},
		{"a build with a path", func(c *Config) { c.Build = "7/../8" }, "no build id"},
		{"no credential", func(c *Config) { c.Credential = Credential{} }, "no credential"},
		{"negative time limit", func(c *Config) { c.CommandTimeout = -1 }, "must not be negative"},
		{"negative grace", func(c *Config) { c.Grace = -1 }, "must not be negative"},
		{"a credential passed on", func(c *Config) { c.PassEnv = []string{"BUILDKEY_KEY"} }, `variable "BUILDKEY_KEY" is not passed`},
		{"a token passed on", func(c *Config) { c.PassEnv = []string{"LANG", "npm_token"} }, `"npm_token"`},
		{"no name passed on", func(c *Config) { c.PassEnv = []string{"A=B"} }, `"A=B"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Server: "http://h", Build: "7", Credential: KeyCredential(testKey)}
			test.change(&cfg)
			_, err := Run(t.Context(), cfg)
			if err == nil || !strings.HasPrefix(err.Error(), "worker: ") || !strings.Contains(err.Error(), test.mentions) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("Run: %v, want an error that mentions %q and no password", err, test.mentions)
			}
			if test.name == "no credential" && !errors.Is(err, ErrNoCredential) {
				t.Errorf("%v is not ErrNoCredential", err)
			}
		})
	}
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	cfg, err := Config{Server: "https://h/base/", Build: "7", Credential: KeyCredential(testKey)}.ready()
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Name == "" || cfg.TempDir != os.TempDir() || cfg.CommandTimeout != 30*time.Minute || cfg.Grace != 10*time.Second {
		t.Errorf("defaults %+v", cfg)
	}
	if cfg.Environ == nil || cfg.HTTPClient == nil || cfg.Now == nil || cfg.Sleep == nil || cfg.Logger == nil || cfg.Progress == nil {
		t.Errorf("a default is missing in %+v", cfg)
	}
}

func TestExposed(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{
		"http://127.0.0.1:8000": false, "http://[::1]:8000": false, "http://localhost": false, "https://builds.example.org": false,
		"http://builds.example.org": true, "http://10.0.0.1": true,
	} {
		if got := (Config{Server: server}).exposed(); got != want {
			t.Errorf("exposed(%s) = %v", server, got)
		}
	}
}

func TestSleepEnds(t *testing.T) {
	t.Parallel()
	if err := sleep(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("sleep: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); err == nil {
		t.Error("sleep outlasted its context")
	}
}
