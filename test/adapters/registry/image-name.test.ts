import { describe, expect, it } from 'vitest'
import { isTag, parseImageName } from '../../../src/adapters/registry/image-name.ts'

describe('an image name', () => {
  it.each([
    ['nginx', 'registry-1.docker.io', 'library/nginx'],
    ['shop/api', 'registry-1.docker.io', 'shop/api'],
    ['docker.io/nginx', 'registry-1.docker.io', 'library/nginx'],
    ['index.docker.io/shop/api', 'registry-1.docker.io', 'shop/api'],
    ['ghcr.io/shop/api', 'ghcr.io', 'shop/api'],
    ['Registry.Example.com:5000/a/b/c', 'registry.example.com:5000', 'a/b/c'],
    ['localhost/api', 'localhost', 'api'],
    ['127.0.0.1:5000/shop/api', '127.0.0.1:5000', 'shop/api'],
  ])('%s lives on %s as %s', (repository, host, name) => {
    expect(parseImageName(repository)).toMatchObject({ host, name })
  })

  it('of Docker Hub is logged in to as docker.io', () => {
    expect(parseImageName('nginx')?.login).toBe('docker.io')
  })

  it.each([
    '',
    'Shop/Api',
    'shop//api',
    'ghcr.io/',
    '../etc',
    'shop/api:v1',
    'a b',
    'evil.com@ghcr.io/x',
    'ghcr.io/a?b=c',
  ])('"%s" is none', (repository) => {
    expect(parseImageName(repository)).toBeNull()
  })

  it('has tags of word characters, dots and dashes, at most 128', () => {
    expect(['v2.0', 'latest', '2026-02-01_1', 'x'.repeat(128)].every(isTag)).toBe(true)
    expect(['', '-v1', 'v1/../x', 'v 1', 'x'.repeat(129), 'v1?x'].some(isTag)).toBe(false)
  })
})
