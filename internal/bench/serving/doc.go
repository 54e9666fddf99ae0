// Package serving measures the reference server over loopback HTTP, with and without
// its protection.
package serving
