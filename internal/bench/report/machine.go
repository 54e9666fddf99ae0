package report

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Machine is what the figures were measured on and with.
type Machine struct {
	Date     string    `json:"date"`
	Cores    int       `json:"cores"`
	MemoryGB float64   `json:"memory_gb"`
	System   string    `json:"system"`
	Go       string    `json:"go"`
	Versions []Version `json:"versions"`
}

// Version is that of a library or a database.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ThisMachine is the one that the program runs on. peers are the modules whose
// versions are of interest.
func ThisMachine(ctx context.Context, now time.Time, peers []string) Machine {
	m := Machine{
		Date: now.UTC().Format(time.DateOnly), Cores: runtime.GOMAXPROCS(0), MemoryGB: memory(ctx),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return m
	}
	for _, module := range info.Deps {
		if slices.Contains(peers, module.Path) {
			m.Versions = append(m.Versions, Version{module.Path, module.Version})
		}
	}
	return m
}

// memory is how many GB (2^30 bytes) the machine has, 0 where that cannot be told.
func memory(ctx context.Context) float64 {
	if kB := linuxMemory(); kB > 0 {
		return kB / (1 << 20)
	}
	text, err := exec.CommandContext(ctx, "sysctl", "-n", "hw.memsize").Output()
	if err != nil {
		return 0
	}
	size, _ := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	return size / (1 << 30)
}

// linuxMemory is MemTotal in kB, 0 elsewhere.
func linuxMemory() float64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemTotal:" {
			kB, _ := strconv.ParseFloat(fields[1], 64)
			return kB
		}
	}
	return 0
}
