namespace Intilery.AspNetCore.Scopes;

/// <summary>Whether the hooks observe. They are registered always and see nothing until the one line arms them.</summary>
internal sealed class CaptureSwitch
{
    private volatile bool _isOn;

    public bool IsOn => _isOn;

    public void TurnOn() => _isOn = true;
}
