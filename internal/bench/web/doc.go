// Package web measures what middleware costs around an empty handler.
package web
