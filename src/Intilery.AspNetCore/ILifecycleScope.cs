namespace Intilery.AspNetCore;

/// <summary>
/// A capture scope that the application opened: see <see cref="ILifecycleTracker.BeginScope"/>. Disposing it ends it. With
/// <c>await using</c> the disposal completes when all its events are recorded, or
/// after <c>Intilery:Outbox:CommitTimeout</c>; with <c>using</c> it does not wait. Disposing it again has no effect.
/// </summary>
public interface ILifecycleScope : IAsyncDisposable, IDisposable;
