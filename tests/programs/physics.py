"""Physics: bodies that attract each other, a conservation law on a grid, a robot's arm. Plain NumPy."""

import numpy as np


def accelerations(positions, masses, softening=0.1):
    """Of bodies that attract each other."""
    apart = positions[np.newaxis] - positions[:, np.newaxis]
    squared = np.sum(apart**2, axis=-1) + softening**2
    return np.sum(masses[:, np.newaxis] * apart * squared[..., np.newaxis] ** -1.5, axis=1)


def n_body(positions, velocities, masses, step=0.05, count=3):
    """Some leapfrog steps; the positions, and the angular momentum."""
    pull = accelerations(positions, masses)
    for _ in range(count):
        velocities = velocities + 0.5 * step * pull
        positions = positions + step * velocities
        pull = accelerations(positions, masses)
        velocities = velocities + 0.5 * step * pull
    momentum = np.sum(masses[:, np.newaxis] * np.cross(positions, velocities), axis=0)
    return positions, momentum


def finite_volume(density, speed, step=0.4, count=4):
    """Steps of a conservation law with flux u²/2, periodic, with local Lax–Friedrichs fluxes."""
    for _ in range(count):
        following = np.roll(density, -1)
        flux = 0.25 * (density**2 + following**2)
        flux = flux - 0.5 * speed * np.maximum(np.abs(density), np.abs(following)) * (following - density)
        density = density - step * (flux - np.roll(flux, 1))
    return density


def heat(temperature, diffusivity, count=3):
    """Explicit steps of the heat equation in the plane, the edges held."""
    for _ in range(count):
        inner = temperature[1:-1, 1:-1]
        around = temperature[2:, 1:-1] + temperature[:-2, 1:-1] + temperature[1:-1, 2:] + temperature[1:-1, :-2]
        temperature = np.copy(temperature)
        temperature[1:-1, 1:-1] += diffusivity * (around - 4 * inner)
    return temperature


def rotation(angle):
    """About the z axis, as a homogeneous matrix."""
    c, s = np.cos(angle), np.sin(angle)
    plane = np.stack([np.stack([c, -s]), np.stack([s, c])])
    return np.block([[plane, np.zeros((2, 2))], [np.zeros((2, 2)), np.eye(2)]])


def hand(angles, lengths):
    """Where the hand of a robot's arm in the plane is, and where it points."""
    pose = np.eye(4)
    for angle, length in zip(angles, lengths, strict=True):
        link = np.stack([length, 0.0, 0.0, 1.0])
        pose = pose @ rotation(angle)
        pose = np.concatenate([pose[:, :3], (pose @ link)[:, np.newaxis]], axis=1)
    return np.concatenate([pose[:2, 3], pose[:2, 0]])
