namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>How an application makes its host.</summary>
public enum HostShape
{
    /// <summary><c>WebApplication.CreateBuilder</c>.</summary>
    WebApplication,

    /// <summary><c>Host.CreateDefaultBuilder</c> with a <c>Startup</c> class.</summary>
    Startup,

    /// <summary><c>Host.CreateDefaultBuilder</c>, whose services are registered after the web host's.</summary>
    GenericHost,
}
