// Package arch holds the tests of the code's own shape: which package may
// import which, that every exported name is documented, and that the Markdown
// links lead somewhere. It has no code of its own.
package arch
