using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore;

/// <summary>The options as they are now; a reload that does not validate leaves the last ones that did.</summary>
internal sealed class LiveOptions(IOptionsMonitor<IntileryOptions> monitor, LifecycleDiagnostics diagnostics)
{
    private IntileryOptions? _lastValid;

    public IntileryOptions Current
    {
        get
        {
            try
            {
                var now = monitor.CurrentValue;

                // An account that disappears while the application runs leaves events without a destination.
                return _lastValid = _lastValid is { HasNoAccount: false } && now.HasNoAccount ? _lastValid : now;
            }
            catch (OptionsValidationException exception) when (_lastValid is not null)
            {
                diagnostics.Failed("reading changed options", exception);
                return _lastValid;
            }
        }
    }

    /// <summary>Calls back after each change, until what is returned is disposed.</summary>
    public IDisposable? OnChange(Action changed) => monitor.OnChange(_ => changed());
}
