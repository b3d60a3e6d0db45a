namespace Intilery.AspNetCore.Diagnostics;

/// <summary>The clock of everything here, under a type of ours: the host registers its own <see cref="TimeProvider"/>, or none.</summary>
/// <param name="Time">The host's, where one is registered; else the system's.</param>
internal sealed record HostClock(TimeProvider Time);
