namespace Intilery.AspNetCore.Capture.Code;

/// <summary>The scope of an application that is not tracked.</summary>
internal sealed class InertScope : ILifecycleScope
{
    public static readonly InertScope Instance = new();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
    }
}
