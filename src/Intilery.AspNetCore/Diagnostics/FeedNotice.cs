namespace Intilery.AspNetCore.Diagnostics;

/// <summary>What observers are to be told, or somebody who wants to know that they have heard what came before.</summary>
internal readonly record struct FeedNotice(Action<ILifecycleEventObserver>? Tell, TaskCompletionSource? Seen);
