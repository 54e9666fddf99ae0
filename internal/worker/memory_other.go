//go:build !linux

package worker

func closeMemory() {}
