using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// The current options. A reload that fails validation is logged, and the last valid options stay in force. The
/// framework's monitor would throw to the code that reloads the configuration, and again at every access.
/// </summary>
internal sealed class LastGoodOptions(
    IOptionsFactory<IntileryOptions> factory,
    IEnumerable<IOptionsChangeTokenSource<IntileryOptions>> sources,
    LifecycleDiagnostics diagnostics)
    : IOptionsMonitor<IntileryOptions>, IDisposable
{
    private readonly Lock _gate = new();
    private IDisposable[] _registrations = [];
    private volatile IntileryOptions? _current;

    private event Action<IntileryOptions, string?>? Changed;

    /// <exception cref="OptionsValidationException">The first options are not valid.</exception>
    public IntileryOptions CurrentValue => _current ?? Read();

    /// <summary>Returns the current options, whatever the name: there is one set of them.</summary>
    public IntileryOptions Get(string? name) => CurrentValue;

    public IDisposable OnChange(Action<IntileryOptions, string?> listener)
    {
        Changed += listener;
        return new Subscription(() => Changed -= listener);
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
            var reloaded = factory.Create(Options.DefaultName);
            if (!reloaded.RunsLike(_current!))
            {
                // Options that switch tracking off are not validated: the running pipeline keeps the previous ones.
                diagnostics.Log.RestartNeeded();
                return;
            }

            _current = reloaded;
            Changed?.Invoke(reloaded, Options.DefaultName);
        }
        catch (Exception exception)
        {
            // The host reloads its whole configuration: an error in our section must not fail that.
            diagnostics.Failed("reading changed options", exception);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
