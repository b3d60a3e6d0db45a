namespace Intilery.AspNetCore.Compose;

/// <summary>The class that the application has named as its tenant resolver.</summary>
internal sealed record TenantResolverType(Type Type);
