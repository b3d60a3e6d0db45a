namespace Intilery.AspNetCore.Capture;

/// <summary>Which class the application has named as its tenant resolver.</summary>
internal sealed record TenantResolverType(Type Type);
