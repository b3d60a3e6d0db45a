using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>
/// The options as they are now; a reload that does not validate leaves the last ones that did. Not an options monitor: that throws
/// such a fault into whoever reloads the configuration, and reads it again at every access.
/// </summary>
internal sealed class LiveOptions(
    IOptionsFactory<IntileryOptions> factory, IEnumerable<IOptionsChangeTokenSource<IntileryOptions>> sources, LifecycleDiagnostics diagnostics)
    : IDisposable
{
    private readonly Lock _gate = new();
    private IDisposable[] _registrations = [];
    private volatile IntileryOptions? _current;

    private event Action? Changed;

    /// <exception cref="OptionsValidationException">The first options that are read are not valid.</exception>
    public IntileryOptions Current => _current ?? Read();

    /// <summary>Calls back after each change, until what is returned is disposed.</summary>
    public IDisposable OnChange(Action changed)
    {
        Changed += changed;
        return new Subscription(() => Changed -= changed);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private IntileryOptions Read()
    {
        lock (_gate)
        {
            if (_current is null)
            {
                _current = factory.Create(Options.DefaultName);
                _registrations = [.. sources.Select(source => ChangeToken.OnChange(source.GetChangeToken, Reload))];
            }

            return _current;
        }
    }

    private void Reload()
    {
        try
        {
            var now = factory.Create(Options.DefaultName);
            if (!now.RunsLike(_current!))
            {
                // Half of a switched-off pipeline would go on with options that nobody validated.
                diagnostics.Log.RestartNeeded();
                return;
            }

            _current = now;
            Changed?.Invoke();
        }
        catch (Exception exception)
        {
            // Thrown on, it would be the host's, who changed something else perhaps.
            diagnostics.Failed("reading changed options", exception);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
