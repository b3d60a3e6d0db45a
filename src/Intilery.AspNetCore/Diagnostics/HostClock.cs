namespace Intilery.AspNetCore.Diagnostics;

/// <summary>The clock of the package, in a type of its own: the host may register its own <see cref="TimeProvider"/>, or none.</summary>
/// <param name="Time">The host's clock if one is registered; else the system's.</param>
internal sealed record HostClock(TimeProvider Time);
