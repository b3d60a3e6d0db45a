namespace Intilery.AspNetCore.Hosting;

/// <summary>Says that <c>AddIntilery()</c> was called by the application itself.</summary>
internal sealed class ExplicitRegistration;
