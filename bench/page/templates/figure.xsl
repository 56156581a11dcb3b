<?xml version="1.0" encoding="UTF-8"?>
<!-- figure.xsl - a figure: its question, the picture, how to read it, what it does not tell, and folded under
     it its numbers and the command that repeats it. The picture has a title and a description of its own (picture.c):
     the description says the finding. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svg="http://www.w3.org/2000/svg"
                exclude-result-prefixes="svg">

  <xsl:template match="figure">
    <figure id="{@id}">
      <figcaption>
        <xsl:element name="h{count(ancestor::part) + 2}"><bdi><xsl:value-of select="@title"/></bdi></xsl:element>
        <xsl:if test="@finding != '' and @finding != @title"><span class="finding"><bdi><xsl:value-of select="@finding"/></bdi></span></xsl:if>
      </figcaption>
      <xsl:apply-templates select="picture|missing"/>
      <xsl:apply-templates select="untold"/>
      <xsl:if test="table">
        <details class="numbers">
          <summary>The numbers<span class="hidden"> of: <xsl:value-of select="@title"/></span></summary>
          <xsl:apply-templates select="table"/>
        </details>
      </xsl:if>
      <xsl:if test="command">
        <details class="about">
          <summary>Repeat it<span class="hidden"> (<xsl:value-of select="@title"/>)</span></summary>
          <xsl:apply-templates select="command"/>
        </details>
      </xsl:if>
    </figure>
  </xsl:template>

  <xsl:template match="picture">
    <div class="picture" tabindex="0" role="group" aria-label="Picture: {../@title}"><xsl:copy-of select="svg:svg"/></div>
    <xsl:if test="../@dim != ''"><p class="dim"><bdi><xsl:value-of select="../@dim"/></bdi></p></xsl:if>
  </xsl:template>

  <xsl:template match="missing">
    <p class="missing"><bdi><xsl:value-of select="."/></bdi></p>
  </xsl:template>

  <xsl:template match="untold">
    <p class="untold"><strong>It does not tell: </strong><bdi><xsl:value-of select="."/></bdi></p>
  </xsl:template>
</xsl:stylesheet>
