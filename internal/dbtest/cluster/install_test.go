package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// system is a pretended machine: its programs write what they were asked for into
// a log, and its user has the given id.
type system struct{ root, bin, log string }

func pretend(t *testing.T, uid string, managers ...string) system {
	t.Helper()
	root := t.TempDir()
	s := system{root: root, bin: filepath.Join(root, "bin"), log: filepath.Join(root, "log")}
	programs(t, s.bin, 0o700)
	script(t, filepath.Join(s.bin, "id"), "#!/bin/sh\necho "+uid+"\n")
	for _, name := range managers {
		script(t, filepath.Join(s.bin, name), "#!/bin/sh\necho "+name+" \"$@\" >>"+s.log+"\n")
	}
	for _, name := range []string{"cp", "mv"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, filepath.Join(s.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// install runs install.sh there and returns what it said and what was installed.
func (s system) install(t *testing.T, env ...string) (said, done string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", install, "install", howToInstall)
	cmd.Env = append([]string{"PATH=" + s.bin, "ROOT=" + s.root}, env...)
	out, err := cmd.CombinedOutput()
	log, _ := os.ReadFile(s.log) // none: nothing was asked for
	return string(out), string(log), err
}

func TestInstall(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, uid, manager, want string }{
		{"Fedora", "0", "dnf", "dnf install -y postgresql-server\n"},
		{"Alpine", "0", "apk", "apk add postgresql\n"},
		{"Homebrew wants no root", "501", "brew", "brew install postgresql@17\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			said, done, err := pretend(t, test.uid, test.manager).install(t)
			if err != nil || done != test.want {
				t.Errorf("installed %q, %v; want %q\n%s", done, err, test.want, said)
			}
		})
	}
}

func TestInstallOnDebianStartsNoCluster(t *testing.T) {
	t.Parallel()
	s := pretend(t, "0")
	conf := filepath.Join(s.root, "etc", "postgresql-common", "createcluster.conf")
	programs(t, filepath.Dir(conf), 0o600, "createcluster.conf")
	before, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	// The package manager shows what the file says at the time.
	script(t, filepath.Join(s.bin, "apt-get"),
		"#!/bin/sh\n{ echo \"$@\"; while read -r line; do echo \"  $line\"; done <"+conf+"; } >>"+s.log+"\n")
	said, done, err := s.install(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := "update -q\n  #!/bin/sh\n" +
		"install -y -q --no-install-recommends postgresql-common\n  #!/bin/sh\n" +
		"install -y -q --no-install-recommends postgresql\n  #!/bin/sh\n  create_main_cluster = false\n"
	if done != want {
		t.Errorf("apt-get was asked, and saw in the file:\n%s\nwant:\n%s", done, want)
	}
	if after, err := os.ReadFile(conf); err != nil || string(after) != string(before) {
		t.Errorf("the file is %q afterwards, %v; want it as before", after, err)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, uid string
		managers  []string
		env, want string
	}{
		{"not root", "1000", []string{"apt-get", "dnf", "apk"}, "", "only root may install it"},
		{"forbidden", "0", []string{"apt-get"}, "BUILDKEY_TEST_INSTALL=no", "forbids to install it"},
		{"forbidden with Homebrew", "501", []string{"brew"}, "BUILDKEY_TEST_INSTALL=no", "forbids to install it"},
		{"no package manager", "0", nil, "", "this system's own package manager"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			said, done, err := pretend(t, test.uid, test.managers...).install(t, test.env)
			if err == nil || done != "" {
				t.Errorf("it did %q, %v; want nothing and an error", done, err)
			}
			if !strings.Contains(said, test.want) {
				t.Errorf("it said %q, want %q", said, test.want)
			}
		})
	}
}

func TestInstallFails(t *testing.T) {
	t.Parallel()
	s := pretend(t, "0")
	script(t, filepath.Join(s.bin, "apt-get"), "#!/bin/sh\necho no network >&2\nexit 100\n")
	said, _, err := s.install(t)
	if err == nil || !strings.Contains(said, "no network") {
		t.Errorf("it said %q, %v; want the package manager's failure", said, err)
	}
}
