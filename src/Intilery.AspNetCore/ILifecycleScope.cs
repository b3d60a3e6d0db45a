namespace Intilery.AspNetCore;

/// <summary>
/// A capture scope that the application opened: see <see cref="ILifecycleTracker.BeginScope"/>. Disposing it ends it. With
/// <c>await using</c> the end completes when everything that happened in it is recorded, or after
/// <c>Intilery:Outbox:CommitTimeout</c>; with <c>using</c> it is handed over without waiting. Disposing it again does nothing.
/// </summary>
public interface ILifecycleScope : IAsyncDisposable, IDisposable;
