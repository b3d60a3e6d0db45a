namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Whether the hooks observe. They are always registered, and inactive until <c>UseIntileryLifecycleTracking()</c> arms them.
/// </summary>
internal sealed class CaptureSwitch
{
    private volatile bool _isOn;

    public bool IsOn => _isOn;

    public void TurnOn() => _isOn = true;
}
